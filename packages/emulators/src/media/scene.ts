/**
 * What a generated clip shows: a vertical two-colour gradient and one disc that travels a closed
 * curve. Colours and path follow from the seed, so two clips can be told apart by eye. Colours are
 * Y'CbCr in video range.
 */
export type Colour = { y: number; cb: number; cr: number };

export type Scene = {
  width: number;
  height: number;
  /** Background colour of each pixel row, down to the end of the last macroblock. */
  rows: Colour[];
  disc: Colour;
  radius: number;
  /** Centre of the disc at a moment between 0 (start) and 1 (end of the clip). */
  centre(moment: number): { x: number; y: number };
};

export function createScene(size: { width: number; height: number }, seed: string): Scene {
  const draw = seededFractions(seed);
  const hue = draw() * 2 * Math.PI;
  const turnsX = 1 + Math.floor(draw() * 3);
  const turnsY = 1 + Math.floor(draw() * 3);
  const phase = draw() * 2 * Math.PI;
  const radius = Math.max(16, Math.round(Math.min(size.width, size.height) / 28));
  const reachX = size.width / 2 - radius - 8;
  const reachY = size.height / 2 - radius - 8;
  return {
    width: size.width,
    height: size.height,
    rows: gradient(tint(hue, 150, 44), tint(hue + 0.9, 62, 36), size.height),
    disc: tint(hue + Math.PI, 214, 40),
    radius,
    centre: (moment) => ({
      x: size.width / 2 + reachX * Math.sin(2 * Math.PI * turnsX * moment + phase),
      y: size.height / 2 + reachY * Math.sin(2 * Math.PI * turnsY * moment),
    }),
  };
}

export function backgroundAt(scene: Scene, row: number): Colour {
  return scene.rows[row] ?? scene.disc;
}

/** How much of the disc covers a pixel centre, 0 to 1, with a one-pixel soft edge. */
export function discCoverage(scene: Scene, centre: { x: number; y: number }, x: number, y: number): number {
  const dx = x + 0.5 - centre.x;
  const dy = y + 0.5 - centre.y;
  return Math.min(1, Math.max(0, scene.radius - Math.sqrt(dx * dx + dy * dy) + 0.5));
}

export function blend(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}

function gradient(top: Colour, bottom: Colour, height: number): Colour[] {
  return Array.from({ length: Math.ceil(height / 16) * 16 }, (_, row) => {
    const share = Math.min(1, row / Math.max(1, height - 1));
    return {
      y: blend(top.y, bottom.y, share),
      cb: blend(top.cb, bottom.cb, share),
      cr: blend(top.cr, bottom.cr, share),
    };
  });
}

function tint(hue: number, y: number, saturation: number): Colour {
  return {
    y,
    cb: Math.round(128 + saturation * Math.cos(hue)),
    cr: Math.round(128 + saturation * Math.sin(hue)),
  };
}

/**
 * A small deterministic generator (mulberry32 over an FNV-1a hash): the same seed always gives the
 * same clip.
 */
export function seededFractions(seed: string): () => number {
  let state = 2166136261;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
