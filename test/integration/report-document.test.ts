import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { reportAnswer } from '../../orchestrator/http/schemas/campaigns.ts';

const document = readFileSync(join(import.meta.dirname, '../../docs/report.md'), 'utf8');

/** The first column of the table below a heading, and every code word of the second column. */
function documented(heading: string): {
  readonly fields: readonly string[];
  readonly words: readonly string[];
} {
  const section = document.slice(document.indexOf(heading)).split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const inCode = (text: string): readonly string[] =>
    [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
  return {
    fields: rows.flatMap((row) => inCode(row.split('|')[1] ?? '')),
    words: rows.flatMap((row) => inCode(row.split('|')[2] ?? '')),
  };
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

const schema = z.toJSONSchema(reportAnswer) as JsonSchema;
const keysOf = (of: JsonSchema | undefined): readonly string[] =>
  Object.keys(of?.properties ?? {}).toSorted();

describe('docs/report.md', () => {
  test('has every field of the report, and no other', () => {
    const all = [...documented('## The campaign').fields, 'clients'];
    expect(all.toSorted()).toEqual(keysOf(schema));
  });

  test('has every field of a client, and no other', () => {
    expect(documented('## `clients`').fields.toSorted()).toEqual(
      keysOf(schema.properties?.['clients']?.items),
    );
  });

  test.each(['waves', 'logonServers', 'deferrals', 'causes', 'blockers'])(
    'explains every field inside %s',
    (list) => {
      const { words } = documented('## The campaign');
      expect(words).toEqual(expect.arrayContaining([...keysOf(schema.properties?.[list]?.items)]));
    },
  );
});
