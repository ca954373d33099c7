import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/**
 * Images of which the project does not know the digest yet: it was to be read from the registry
 * itself, and from nothing that repeats it. `docker buildx imagetools inspect NAME` prints it. Who
 * adds a digest takes the image off this list; nothing else may be added to it.
 */
const digestNotKnown = ['node:26.10.0-trixie-slim', 'redis:8.2.1-alpine', 'redis:8.2.10-bookworm'];

/** A reference in any text. `redis:6379` is a host with its port: a tag is not a bare number. */
const reference =
  /(?<![\w./]|[^:]-)(?:[a-z\d.-]+(?::\d+)?\/)*(?:alpine|debian|node|redis|ryuk|sshd|ubuntu|valkey|wine):(?=\d[\w.-]*[a-z.])\d[\w.-]*(?:@sha256:[\da-f]*)?/g;

/**
 * Where an image is used, its name may be any: `image:` of compose, `FROM` and `ARG …IMAGE=` of a
 * Dockerfile, a container of testcontainers. A name of this project's own build has no registry.
 */
const used = [
  /^\s*image:\s*['"]?(?:\$\{\w+:-)?([a-z\d][\w./:@-]*)['"}]*\s*(?:#.*)?$/gm,
  /^FROM\s+(?:--\S+\s+)*([^\s$]+)/gm,
  /^ARG\s+\w*IMAGE=(\S+)/gm,
  /new (?:Generic|Redis)Container\(\s*['"`]([^'"`]+)/g,
];

const own = /^servpack(?:[:/-]|$)|^[a-z]+$/;

const imagesIn = (text: string): readonly string[] =>
  [
    ...new Set([
      ...(text.match(reference) ?? []),
      ...used.flatMap((each) => [...text.matchAll(each)].map((found) => found[1] ?? '')),
    ]),
  ].filter((image) => image !== '' && !own.test(image));

/** What is wrong with a reference; null = it leads to the same bytes for ever. */
function imageFault(image: string): string | null {
  if (/@sha256:[\da-f]{64}$/.test(image)) return null;
  return image.includes('@') ? `${image}: its digest is not whole` : `${image}: has no digest`;
}

const texts = /(?:\.(?:ts|mjs|md|ya?ml|sh)|Dockerfile|run)$/;
const skipped = new Set(['node_modules', '.git', '.servpack']);

/** Every text of the project. A folder that is skipped is not read: a lab may be built in it. */
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path);
      return entry.isFile() && texts.test(path) ? [path] : [];
    });

const files = filesBelow('');
const thisFile = relative(root, import.meta.filename);
const named = files
  .filter((path) => path !== thisFile)
  .flatMap((path) => imagesIn(readFileSync(join(root, path), 'utf8')).map((image) => ({ path, image })));

describe('images of containers', () => {
  it.each([
    ['redis:8.2.10-bookworm', 'redis:8.2.10-bookworm: has no digest'],
    [
      'image: mirror.example:5000/library/node:26.10.0',
      'mirror.example:5000/library/node:26.10.0: has no digest',
    ],
    ["'valkey/valkey:8.1-alpine'", 'valkey/valkey:8.1-alpine: has no digest'],
    ['redis:8.2.10@sha256:0123abc', 'redis:8.2.10@sha256:0123abc: its digest is not whole'],
    [`redis:8.2.10@sha256:${'0a'.repeat(32)}`, null],
    ['  image: traefik:3.1.2', 'traefik:3.1.2: has no digest'],
    ['    image: redis:latest', 'redis:latest: has no digest'],
    ['image: quay.io/keycloak/keycloak', 'quay.io/keycloak/keycloak: has no digest'],
    ['FROM --platform=linux/amd64 golang:1 AS build', 'golang:1: has no digest'],
    ["new GenericContainer('nginx:stable')", 'nginx:stable: has no digest'],
  ])('a reference without a whole digest is refused: %s', (text, wrong) => {
    expect(imagesIn(text).map(imageFault)).toEqual([wrong]);
  });

  it('hosts with ports and modules of Node are no images', () => {
    expect(imagesIn("redis:6379 redis:6379/0 from 'node:fs' localhost:7300 servpack:0.1.0")).toEqual([]);
  });

  it('have a digest wherever they are named, but for those whose digest is not known', () => {
    const loose = named.filter(({ image }) => !digestNotKnown.includes(image) && imageFault(image) !== null);
    expect(loose.map(({ path, image }) => `${path}: ${imageFault(image) ?? ''}`)).toEqual([]);
  });

  it('that are on the list of unknown digests are still named without one', () => {
    expect(
      [...new Set(named.map(({ image }) => image))].filter((image) => !image.includes('@')).toSorted(),
    ).toEqual(digestNotKnown);
  });

  it('have one digest each', () => {
    const digests = new Map<string, Set<string>>();
    for (const { image } of named) {
      const [name = '', digest = ''] = image.split('@');
      digests.set(name, (digests.get(name) ?? new Set()).add(digest));
    }
    expect([...digests].filter(([, each]) => each.size > 1)).toEqual([]);
  });
});
