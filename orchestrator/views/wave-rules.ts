import { counted } from '../domain/counted.ts';
import type { Gate, Wave } from '../../shared/domain/campaign/definition.ts';
import { printDuration } from '../../shared/input/quantities.ts';
import { printCondition } from '../../shared/domain/campaign/where.ts';

/** The waves of a campaign file and the gates between them, in plain words. */

/** `canary: 10 clients; early: 25 %; rest: all others` */
export const waveSizeWords = (waves: readonly Wave[]): string =>
  waves.map(({ name, size }) => `${name}: ${sizeWords(size)}`).join('; ');

/** The most names that a list shows. */
const namesAtMost = 10;

/** How many clients a wave takes, or which ones. */
export function sizeWords(size: Wave['size']): string {
  if ('rest' in size) return 'all others';
  if ('count' in size) return size.count === 1 ? '1 client' : `${size.count} clients`;
  if ('percent' in size) return `${size.percent} %`;
  if ('where' in size) return `clients that fulfil ${size.where.map(printCondition).join(' AND ')}`;
  return 'clients' in size ? listed(size.clients) : `clients on logon server ${listed(size.logonServers)}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - namesAtMost;
  const shown = more > 0 ? [...names.slice(0, namesAtMost), `${more} more`] : names;
  return shown.join(', ');
}

/** What each gate asks for; waves with the same gate share a sentence. */
export function gateRuleWords(waves: readonly Wave[]): string {
  const says = waves.map(({ gate }, index) => gateInWords(gate, index === waves.length - 1));
  const groups: { says: string; names: string[] }[] = [];
  for (const [index, { name }] of waves.entries()) {
    const words = says[index] ?? '';
    const last = groups.at(-1);
    if (last?.says === words) last.names.push(name);
    else groups.push({ says: words, names: [name] });
  }
  return groups.map(({ names, says: words }) => `${names.join(', ')}: ${words}`).join('; ');
}

function gateInWords(gate: Gate, isLast: boolean): string {
  const pause = `pause above ${gate.notOkPercent} % failures in at least ${counted(gate.minSample, 'tried client')}`;
  return isLast ? pause : `next wave at ${opensAt(gate).join(', ')} (${pause})`;
}

const opensAt = ({ settledPercent, upgradedPercent, soakMs, approval, health }: Gate): readonly string[] => [
  `${settledPercent} % finished`,
  ...(upgradedPercent === undefined ? [] : [`${upgradedPercent} % upgraded`]),
  ...(soakMs === undefined ? [] : [`after ${printDuration(soakMs)} of soak`]),
  ...(health === undefined
    ? []
    : [
        `when its upgraded clients are looked at again after ${printDuration(health.watchMs)} and at most ${health.notOkPercent} % are unhealthy`,
      ]),
  ...(approval === true ? ['when a person has approved'] : []),
];
