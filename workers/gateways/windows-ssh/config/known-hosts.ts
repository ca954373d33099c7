import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The host keys of an OpenSSH `known_hosts` file, with plain or hashed names (`HashKnownHosts
 * yes`).
 */
export interface KnownHosts {
  /** Adds a key that is trusted at its first use: another one is then a different one. */
  learn(host: string, port: number, key: Buffer): void;
  /**
   * Types of the keys of a host (`ssh-ed25519`), so that the client asks for a key of such a type.
   * Only types that the SSH library can ask for, and none of which all keys are revoked.
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

/** What the SSH library can verify. It refuses to connect when asked for any other type. */
const askable: ReadonlySet<string> = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'ssh-dss',
]);

/**
 * Ignores lines that hold no key, as OpenSSH does (man sshd, SSH_KNOWN_HOSTS FILE FORMAT: keys of
 * SSH 1, torn ones), and certificate authorities, which are not supported. One such line spoils no
 * other line of its host.
 */
export function parseKnownHosts(text: string): KnownHosts {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap(readLine);
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
    const asked = nameOf(host, port).toLowerCase();
    return [...(byName.get(asked) ?? []), ...patterns.filter(({ names }) => fits(names, asked))];
  };
  return {
    learn: (host, port, key) => {
      const name = nameOf(host, port);
      const line = { isRevoked: false, names: [name], type: typeIn(key) ?? '', key };
      byName.getOrInsert(name.toLowerCase(), []).push(line);
    },
    typesOf: (host, port) => {
      const valid = linesOf(host, port).filter(({ isRevoked }) => !isRevoked);
      return [...new Set(valid.map(({ type }) => type))].filter((type) => askable.has(type));
    },
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
  const bytes = Buffer.from(key, 'base64');
  if (typeIn(bytes) !== type) return [];
  return [{ isRevoked: marker === '@revoked', names: names.split(','), type, key: bytes }];
}

/** How known_hosts names a host. */
export const nameOf = (host: string, port: number): string => (port === 22 ? host : `[${host}]:${port}`);

/** The type of a key as SSH sends it, its first length-prefixed part; null where there is none. */
export function typeIn(key: Buffer): string | null {
  if (key.length < 4) return null;
  const end = 4 + key.readUInt32BE(0);
  return end < key.length ? key.toString('latin1', 4, end) : null;
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
  const pattern = name
    .toLowerCase()
    .split(/([*?])/)
    .map((part) => wildcards.get(part) ?? RegExp.escape(part))
    .join('');
  return new RegExp(`^${pattern}$`).test(asked);
}

const wildcards: ReadonlyMap<string, string> = new Map([
  ['*', '.*'],
  ['?', '.'],
]);

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt. */
function isHashOf(name: string, asked: string): boolean {
  const [salt, hash] = name.slice(3).split('|');
  const wanted = Buffer.from(hash ?? '', 'base64');
  const found = createHmac('sha1', Buffer.from(salt ?? '', 'base64'))
    .update(asked)
    .digest();
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}
