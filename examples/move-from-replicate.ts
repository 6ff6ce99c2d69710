/** A program that uses Replicate's client, moved by its address and its token. Reads SLUICE_URL and SLUICE_KEY. */
import { writeFile } from 'node:fs/promises';
import Replicate from 'replicate';

// Before: const replicate = new Replicate();
const replicate = new Replicate({
  auth: process.env.SLUICE_KEY ?? '',
  baseUrl: `${process.env.SLUICE_URL ?? 'http://127.0.0.1:8080'}/replicate/v1`,
  // Its file objects are made of https addresses only, and a gateway on this machine has another.
  useFileOutput: false,
});

const input = { prompt: 'a fox in the snow', duration: 5, mode: 'standard' };
const url = String(await replicate.run('kwaivgi/kling-v3-video', { input }));
const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
await writeFile('fox.mp4', bytes);
console.log(`fox.mp4: ${bytes.length} bytes from ${url}`);
