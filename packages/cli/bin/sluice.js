#!/usr/bin/env node
// The source runs unbuilt. Node strips the types by itself from 22.18 on; for an older one a loader does it on the way in.
if (!process.features.typescript) (await import('tsx/esm/api')).register();
await import('../src/main.ts');
