import { firstAndMore, many, number } from '../numbers.ts';
import type { Question } from './question.ts';

/** What a fleet file changes, or would change in a dry run. */
export interface ImportCounts {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Clients of the fleet that the file does not name: those that stay, and those that leave. */
  readonly notInFile: number;
  readonly removed: number;
  /** The first of those that leave. */
  readonly leaving: readonly string[];
  readonly total: number;
  readonly dryRun: boolean;
  readonly fields: readonly { readonly field: string; readonly clients: number }[];
}

/** The counts of an import in words: lines of a head and a text. */
export function importSummary(answer: ImportCounts): readonly (readonly [head: string, text: string])[] {
  const { added, changed, unchanged, notInFile, removed, leaving, total, dryRun, fields } = answer;
  const others = removed === 0 ? `${number(notInFile)} not in the file` : `${number(removed)} removed`;
  const counts = `${many(added, 'client')} added, ${number(changed)} changed, ${number(unchanged)} unchanged, ${others}`;
  const named = fields.map(({ field, clients }) => `${field} of ${many(clients, 'client')}`).join(', ');
  return [
    ...(dryRun && removed > 0 ? [['Would be removed: ', firstAndMore(leaving, removed)] as const] : []),
    ...(named === '' ? [] : [['Changed: ', named] as const]),
    [
      '',
      dryRun
        ? `${counts}; the fleet would have ${many(total, 'client')}. Nothing was changed`
        : `${counts}; the fleet has ${many(total, 'client')}`,
    ],
  ];
}

/** Says what a file changes, and asks for the number of clients that leave the fleet. */
export const importQuestion = (dryRun: ImportCounts): Question => ({
  lines: importSummary(dryRun).map(([head, text]) => `${head}${text}`),
  answer: number(dryRun.removed),
  verb: 'import, and remove so many clients',
});

/** Clients that leave the fleet, or would in a dry run. */
export interface RemovalCounts {
  /** The first of them. */
  readonly clients: readonly string[];
  readonly removed: number;
  readonly total: number;
}

const namedAtMost = 10;

/** `pc-1, pc-2 and 30 more` */
export const leavingNames = ({ clients, removed }: RemovalCounts): string =>
  firstAndMore(clients.slice(0, namedAtMost), removed);

/** Says which clients leave the fleet, and asks for the name of one, or for their number. */
export function removalQuestion(dryRun: RemovalCounts): Question {
  const { clients, removed, total } = dryRun;
  const [first = ''] = clients;
  return {
    lines: [
      `${many(removed, 'client')} ${removed === 1 ? 'leaves' : 'leave'} the fleet: ${leavingNames(dryRun)}.`,
      `The fleet would have ${many(total, 'client')}. Their check-in tokens are refused from then on; what campaigns and the audit know of them stays.`,
    ],
    answer: removed === 1 ? first : number(removed),
    verb: 'remove',
  };
}
