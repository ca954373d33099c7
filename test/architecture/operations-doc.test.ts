import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environment } from '../../shared/config.ts';

const path = join(import.meta.dirname, '../../docs/operations.md');
const text = readFileSync(path, 'utf8');

/** Names and defaults of the table of settings. */
const table = new Map(
  [...text.matchAll(/^\| `((?:REDIS|SERVPACK)_\w+)` \| (?:`([^`]*)`)? ?\|/gm)].map(([, name, usual]) => [
    name ?? '',
    usual ?? '',
  ]),
);

describe('docs/operations.md', () => {
  it('explains every setting, and no other', () => {
    expect([...table.keys()].toSorted()).toEqual(Object.keys(environment.shape).toSorted());
  });

  it('states the defaults of the code', () => {
    const { REDIS_URL: _url, ...usual } = environment.parse({ REDIS_URL: 'redis://127.0.0.1' });
    const said = [...table].filter(([, value]) => value !== '');
    expect(Object.fromEntries(said)).toEqual(
      Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, `${value as string | number}`])),
    );
  });

  it('links only to files and headings that exist', () => {
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      `#${(heading ?? '').toLowerCase().replaceAll(/[^a-z0-9 -]/g, '')}`.replaceAll(' ', '-'),
    );
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(5);
    const broken = links.filter((link) => {
      const [file = '', anchor = ''] = link.split('#');
      return file === '' ? !headings.includes(`#${anchor}`) : !existsSync(join(dirname(path), file));
    });
    expect(broken).toEqual([]);
  });
});
