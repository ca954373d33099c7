import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const examples = join(import.meta.dirname, '../../../examples');

/** The sample's files for one run of the lab. */
export interface Sample {
  readonly fleetCsv: string;
  readonly releaseYaml: string;
  readonly tree: string;
  readonly campaignYaml: string;
}

/**
 * Copies the sample release into the data folder, because staging changes its tree, and fits the
 * fleet to the requested size. A larger fleet repeats the example's rows under new ids.
 */
export function prepareSample(dataDir: string, clients: number): Sample {
  const folder = join(dataDir, 'sample');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(examples, 'release'), join(folder, 'release'), { recursive: true });
  const fleetCsv = join(folder, 'fleet.csv');
  writeFileSync(fleetCsv, fleetOf(readFileSync(join(examples, 'fleet.csv'), 'utf8'), clients));
  return {
    fleetCsv,
    releaseYaml: join(folder, 'release/release.yaml'),
    tree: join(folder, 'release/logon.srv'),
    campaignYaml: join(examples, 'campaign.yaml'),
  };
}

/**
 * Rows of the example's plain CSV: no quotes, the id in the first column, the host in the second.
 */
export function fleetOf(csv: string, clients: number): string {
  const [header = '', ...rows] = csv.split(/\r?\n/).filter((line) => line !== '');
  const grown = Array.from({ length: clients }, (_, index) => {
    const row = rows[index % rows.length] ?? '';
    const round = Math.floor(index / rows.length);
    return round === 0 ? row : renamed(row, `${round}`);
  });
  return `${[header, ...grown].join('\n')}\n`;
}

function renamed(row: string, suffix: string): string {
  const [client = '', host = '', ...rest] = row.split(',');
  return [`${client}-${suffix}`, `${host}-${suffix}`, ...rest].join(',');
}
