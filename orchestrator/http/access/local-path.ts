const here = 'http://here.invalid';

/**
 * Where a person goes after a sign-in: only to a path of this orchestrator. Everything else, such
 * as `//evil.example` in any spelling, becomes `/`.
 */
export function localPath(asked: unknown): string {
  if (typeof asked !== 'string' || !/^\/[\x21-\x5b\x5d-\x7e]*$/.test(asked) || asked.length > 500) return '/';
  const url = URL.parse(asked, here);
  if (url === null || url.origin !== here) return '/';
  const path = `${url.pathname}${url.search}`;
  // `/.//evil.example` has become `//evil.example`, which would be another host.
  return path.startsWith('//') || path.startsWith('/auth/') ? '/' : path;
}
