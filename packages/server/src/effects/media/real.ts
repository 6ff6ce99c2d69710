/** Looks inside clips and pictures with what npm alone brings. */
import { isCut } from './boxes.ts';
import { openClip, readFacts } from './container.ts';
import { readImageFacts } from './image.ts';
import type { Media } from './media.ts';
import { createPosterMaker } from './poster.ts';

export const realMedia: Media = {
  probeVideo: async (reader) => {
    const facts = await openClip(reader, readFacts);
    if (facts === null || facts.container === 'webm') return facts;
    return (await isCut(reader)) ? null : facts;
  },
  poster: createPosterMaker(),
  probeImage: readImageFacts,
};
