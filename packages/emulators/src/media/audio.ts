/** Silence as AAC-LC: one frame, the same for the whole track (stereo, 48 kHz, 1024 samples a frame). */
import { createBitWriter } from './bits.ts';

export const audioSampleRate = 48_000;
export const samplesPerAudioFrame = 1024;
/** AudioSpecificConfig: AAC-LC, 48 kHz, two channels. */
export const audioConfig = new Uint8Array([0x11, 0x90]);

export function silentAudioFrame(): Uint8Array {
  const out = createBitWriter(16);
  out.bits(0b001, 3); // channel pair
  out.bits(0, 4); // its tag
  out.bits(1, 1); // both channels share the window
  out.bits(0, 11); // long window, no scale factor band, no prediction
  out.bits(0, 2); // no mid/side stereo
  for (let channel = 0; channel < 2; channel++) {
    out.bits(100, 8); // global gain, unused without bands
    out.bits(0, 3); // no pulses, no noise shaping, no gain control
  }
  out.bits(0b111, 3); // end of frame
  return out.finish();
}
