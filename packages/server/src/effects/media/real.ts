/** Looks inside clips and pictures with what npm alone brings. */
import { boxesFit } from './boxes.ts';
import { openClip, readFacts } from './container.ts';
import { readImageFacts } from './image.ts';
import type { Media } from './media.ts';

export const realMedia: Media = {
  probeVideo: async (reader) => {
    const facts = await openClip(reader, readFacts);
    if (facts === null || facts.container === 'webm') return facts;
    return (await boxesFit(reader)) ? facts : null;
  },
  poster: async () => null,
  probeImage: readImageFacts,
};
