import { expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const CARDS = { STRIPE_SECRET_KEY: 'rk_live_1', STRIPE_WEBHOOK_SECRET: 'whsec_new, whsec_old' };

test('without settings no cards are taken; with both secrets they are, within bounds', () => {
  expect(readConfig({}).checkout).toBe(null);
  expect(readConfig({ STRIPE_SECRET_KEY: '', STRIPE_WEBHOOK_SECRET: '' }).checkout).toBe(null);
  expect(readConfig({ ...CARDS, SLUICE_CHECKOUT_MOST: '250.5' }).checkout).toEqual({
    apiUrl: 'https://api.stripe.com',
    secretKey: 'rk_live_1',
    webhookSecrets: ['whsec_new', 'whsec_old'],
    leastMicros: 5_000_000n,
    mostMicros: 250_500_000n,
  });
});

test.each([
  ['the key alone', { STRIPE_SECRET_KEY: 'sk_test_1' }, /set both, or neither/],
  ['the webhook secret alone', { STRIPE_WEBHOOK_SECRET: 'whsec_1' }, /set both, or neither/],
  [
    'a publishable key',
    { ...CARDS, STRIPE_SECRET_KEY: 'pk_live_1' },
    /STRIPE_SECRET_KEY: .*secret or restricted/,
  ],
  [
    'something else as webhook secret',
    { ...CARDS, STRIPE_WEBHOOK_SECRET: 'sk_live_1' },
    /STRIPE_WEBHOOK_SECRET: /,
  ],
  [
    'bounds the wrong way round',
    { ...CARDS, SLUICE_CHECKOUT_LEAST: '50', SLUICE_CHECKOUT_MOST: '5' },
    /not below it/,
  ],
  ['an amount that is none', { ...CARDS, SLUICE_CHECKOUT_LEAST: 'much' }, /SLUICE_CHECKOUT_LEAST: /],
])('%s stops the start, and names the setting', (_name, env, says) => {
  expect(() => readConfig(env)).toThrow(ConfigError);
  expect(() => readConfig(env)).toThrow(says);
  // What is wrong about a secret is told without the secret.
  expect(() => readConfig(env)).not.toThrow(/pk_live_1|sk_live_1/);
});
