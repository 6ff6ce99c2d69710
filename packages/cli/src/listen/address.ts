/** Where `sluice webhooks listen` listens when not told otherwise; a sandbox may send webhooks there. */
export const LISTEN_HOST = '127.0.0.1';
export const LISTEN_PORT = 7_710;
export const LISTEN_URL = `http://${LISTEN_HOST}:${LISTEN_PORT}/`;
