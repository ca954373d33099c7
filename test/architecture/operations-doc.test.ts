import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const path = join(import.meta.dirname, '../../docs/operations.md');
const text = readFileSync(path, 'utf8');

const folder = join(import.meta.dirname, '../../docs');
const more = readdirSync(join(folder, 'operations')).map((name) => `operations/${name}`);
const documents = ['operations.md', 'settings.md', ...more];

/** The anchors of a document, as a viewer of Markdown makes them. */
const headingsOf = (document: string): readonly string[] =>
  [...readFileSync(document, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );

describe('docs/operations.md', () => {
  it('leads to every document of docs/operations', () => {
    for (const name of more) expect(text).toContain(`](${name})`);
  });

  it.each(documents)('%s links only to files and headings that exist', (name) => {
    const document = join(folder, name);
    const links = [...readFileSync(document, 'utf8').matchAll(/\]\(([^)]+)\)/g)].map(
      ([, link]) => link ?? '',
    );
    expect(links.length).toBeGreaterThan(1);
    const broken = links.filter((link) => {
      const [file = '', anchor = ''] = link.split('#');
      const target = file === '' ? document : join(dirname(document), file);
      if (/^https?:/.test(link)) return false;
      if (!existsSync(target)) return true;
      return anchor !== '' && target.endsWith('.md') && !headingsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});
