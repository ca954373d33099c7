import type { DueKind, Machine } from './machine.ts';
import { bootsAt } from './power.ts';
import { loadsAt, loadTime, readyTime } from './sessions.ts';
import { copiedAt } from './smsrun32.ts';

/** A user logs on so long after the machine is ready at the earliest, and Load starts Smsrun32. */
const loadedAfter = readyTime[0] + loadTime[0];

/**
 * When the logon script of this machine reports at the earliest, while nobody touches the machine.
 * Nothing else that happens there by itself is of interest before servpack looks again, and a look
 * lets the machine live until its own time.
 */
export function checksInAtEarliest(machine: Machine): number {
  let earliest = Infinity;
  for (const { what, at } of machine.agenda) {
    if (at >= earliest) break;
    earliest = Math.min(earliest, checksInAfter(machine, what, at));
  }
  return earliest;
}

function checksInAfter(machine: Machine, what: DueKind, at: number): number {
  switch (what) {
    case 'programStart':
      return Infinity;
    case 'logon':
      return loadsAt(machine, at);
    case 'logoff':
    case 'boot':
      return at + loadedAfter;
    case 'down':
      return machine.rules.comesBack ? bootsAt(machine, at) + loadedAfter : Infinity;
    case 'fileCopied':
      return copiedAt(machine, at);
    default:
      return at;
  }
}
