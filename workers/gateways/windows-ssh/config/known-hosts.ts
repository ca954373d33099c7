import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The host keys of an OpenSSH `known_hosts` file, with plain or hashed names (`HashKnownHosts
 * yes`).
 */
export interface KnownHosts {
  /** Has the file a line for this host, with whatever key? */
  isKnown(host: string, port: number): boolean;
  /**
   * Types of the keys of a host (`ssh-ed25519`), so that the client asks for a key of such a type.
   */
  typesOf(host: string, port: number): readonly string[];
  judge(host: string, port: number, key: Buffer): 'known' | 'unknown' | 'different' | 'revoked';
}

interface Line {
  readonly isRevoked: boolean;
  readonly names: readonly string[];
  readonly type: string;
  readonly key: Buffer;
}

/** `SHA256:…` as `ssh-keygen -lf` prints it. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/**
 * Ignores lines that hold no key, as OpenSSH does, and certificate authorities, which are not
 * supported.
 */
export function parseKnownHosts(text: string): KnownHosts {
  const lines = text.split(/\r?\n/).flatMap(readLine);
  // Every client of a fleet may have a line, so plain names are looked up in a map.
  const byName = new Map<string, Line[]>();
  const patterns: Line[] = [];
  for (const line of lines) {
    if (!line.names.every(isPlain)) patterns.push(line);
    else
      for (const name of new Set(line.names.map((each) => each.toLowerCase())))
        byName.getOrInsert(name, []).push(line);
  }
  const linesOf = (host: string, port: number): readonly Line[] => {
    const asked = (port === 22 ? host : `[${host}]:${port}`).toLowerCase();
    return [...(byName.get(asked) ?? []), ...patterns.filter(({ names }) => fits(names, asked))];
  };
  return {
    isKnown: (host, port) => linesOf(host, port).length > 0,
    typesOf: (host, port) => [...new Set(linesOf(host, port).map(({ type }) => type))],
    judge: (host, port, key) => {
      const found = linesOf(host, port);
      const same = found.filter((line) => line.key.equals(key));
      if (same.some(({ isRevoked }) => isRevoked)) return 'revoked';
      if (same.length > 0) return 'known';
      return found.some(({ isRevoked }) => !isRevoked) ? 'different' : 'unknown';
    },
  };
}

function readLine(text: string): readonly Line[] {
  const words = text.trim().split(/\s+/);
  if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return [];
  const marker = words[0].startsWith('@') ? words.shift() : null;
  const [names, type, key] = words;
  if (marker === '@cert-authority' || names === undefined || type === undefined || key === undefined)
    return [];
  return [
    { isRevoked: marker === '@revoked', names: names.split(','), type, key: Buffer.from(key, 'base64') },
  ];
}

const isPlain = (name: string): boolean => !name.startsWith('|1|') && !/[*?!]/.test(name);

/**
 * Names may be patterns with `*` and `?`. A pattern with `!` in front excludes the hosts that it
 * matches.
 */
function fits(names: readonly string[], asked: string): boolean {
  if (names.some((name) => name.startsWith('!') && isLike(name.slice(1), asked))) return false;
  return names.some((name) => !name.startsWith('!') && isLike(name, asked));
}

function isLike(name: string, asked: string): boolean {
  if (name.startsWith('|1|')) return isHashOf(name, asked);
  const pattern = name.toLowerCase().replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${pattern.replaceAll(String.raw`\*`, '.*').replaceAll(String.raw`\?`, '.')}$`).test(
    asked,
  );
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt. */
function isHashOf(name: string, asked: string): boolean {
  const [salt, hash] = name.slice(3).split('|');
  const wanted = Buffer.from(hash ?? '', 'base64');
  const found = createHmac('sha1', Buffer.from(salt ?? '', 'base64'))
    .update(asked)
    .digest();
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}
