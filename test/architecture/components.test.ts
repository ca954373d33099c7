import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      /** Of a package that lies in a folder of another name. */
      name: z.string().optional(),
      version: z.string(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
    }),
  ),
});

const bomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.looseObject({
      name: z.string(),
      version: z.string(),
      hashes: z.array(z.object({ alg: z.string() })),
      properties: z.array(z.object({ name: z.string() })).default([]),
    }),
  ),
});

const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
const { '': _project, ...locked } = packages;

it('every dependency is locked with its SHA-512', () => {
  const loose = Object.entries(locked).filter(
    ([, { integrity = '', link }]) => link === true || !integrity.startsWith('sha512-'),
  );
  expect(Object.keys(locked).length).toBeGreaterThan(50);
  expect(loose).toEqual([]);
});

it('package.json names exact versions only', () => {
  const named = z
    .looseObject(
      Object.fromEntries(
        ['dependencies', 'optionalDependencies', 'devDependencies'].map((kind) => [
          kind,
          z.record(z.string(), z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/)),
        ]),
      ),
    )
    .safeParse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  expect(named.error?.issues).toBeUndefined();
});

/** npm marks with it what only the tests and the development need. */
const forDevelopment = 'cdx:npm:package:development';

it('`npm run sbom` lists every locked component with its hash, and marks those that the product does not need', () => {
  const printed = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: root, encoding: 'utf8' });
  const { components } = bomSchema.parse(JSON.parse(printed));
  const names = (dev: boolean) =>
    Object.entries(locked).flatMap(([path, each]) =>
      (each.dev === true) === dev
        ? [`${each.name ?? path.replace(/^.*node_modules\//, '')}@${each.version}`]
        : [],
    );
  const listed = (dev: boolean) =>
    components
      .filter(({ properties }) => properties.some(({ name }) => name === forDevelopment) === dev)
      .map(({ name, version }) => `${name}@${version}`);
  for (const dev of [false, true])
    expect(listed(dev).toSorted()).toEqual([...new Set(names(dev))].toSorted());
  expect(listed(false)).toEqual(expect.arrayContaining([expect.stringMatching(/^ssh2@/)]));
  expect(components.filter(({ hashes }) => hashes.length === 0)).toEqual([]);
});
