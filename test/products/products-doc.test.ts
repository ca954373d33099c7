import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { profileSchema } from '../../shared/products/schema.ts';

const path = join(import.meta.dirname, '../../docs/products.md');
const text = readFileSync(path, 'utf8');

/** Every key of the schema that holds a value, as `section.key`. */
function keysOf(schema: unknown, before = ''): readonly string[] {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return keysOf(schema.unwrap(), before);
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject)
    return keysOf(schema.element, before);
  if (!(schema instanceof z.ZodObject)) return [before];
  return Object.entries(schema.shape).flatMap(([key, value]) =>
    keysOf(value, before === '' ? key : `${before}.${key}`),
  );
}

test('docs/products.md explains every key of a profile, and no other', () => {
  const table = text.slice(text.indexOf('## Every key'));
  const said = [...table.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, key]) => key ?? '');
  expect(said.toSorted()).toEqual([...keysOf(profileSchema)].toSorted());
});

test('docs/products.md links only to files that exist', () => {
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link ?? '');
  expect(links.length).toBeGreaterThan(2);
  expect(links.filter((link) => !existsSync(join(dirname(path), link)))).toEqual([]);
});
