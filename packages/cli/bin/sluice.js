#!/usr/bin/env node
// The source runs unbuilt: the loader strips the types on the way in.
import { register } from 'tsx/esm/api';

register();
await import('../src/main.ts');
