/** Signing in and out of the console. */
import { INPUT, json, type Operation } from './operation.ts';
import * as sessions from './sessions.ts';

export const sessionOperations = {
  createSession: {
    method: 'post',
    path: '/v1/session',
    tag: 'Sessions',
    summary: 'Sign in: exchange a key or a one-time token for a cookie',
    description:
      'Sets an HttpOnly, SameSite=Strict cookie, Secure over https. With it, every operation works as with the key ' +
      'that stands behind it; requests other than reads also need the `csrf_token` of the answer in `x-sluice-csrf`. ' +
      'An `Authorization` header wins over the cookie.',
    access: 'public',
    body: sessions.CreateSession,
    response: json(sessions.Session, 'The session; its cookie is in the headers.', 201),
    errors: [...INPUT, 'invalid_key', 'csrf_refused'],
  },
  getSession: {
    method: 'get',
    path: '/v1/session',
    tag: 'Sessions',
    summary: 'Who am I?',
    access: 'public',
    response: json(sessions.Session, 'Member or key, scopes, account, CSRF token.'),
    errors: ['missing_key', 'invalid_key', 'session_expired'],
  },
  deleteSession: {
    method: 'delete',
    path: '/v1/session',
    tag: 'Sessions',
    summary: 'Sign out',
    access: 'public',
    response: json(sessions.SessionEnded, 'Ended at once, here and on every other node.'),
    errors: ['csrf_refused'],
  },
  createSignInLink: {
    method: 'post',
    path: '/v1/session/links',
    tag: 'Sessions',
    summary: 'Make a one-time sign-in link',
    access: 'members:write',
    body: sessions.CreateSignInLink,
    response: json(sessions.SignInLink, 'The link, shown once.', 201),
    errors: [...INPUT, 'not_found'],
  },
} satisfies Record<string, Operation>;
