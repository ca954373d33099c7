import type { LogTrouble } from '../../shared/log-stream.ts';
import { many } from '../cli/render/view.ts';
import { type Check, warning } from './check.ts';

/** Says that a process cannot write its log; nothing while it can. */
export const logChecks = (who: string, trouble: LogTrouble | null): readonly Check[] =>
  trouble === null
    ? []
    : [
        warning(
          'servpack',
          `${who} cannot write its log (${trouble.because}); ${many(trouble.lostLines, 'line')} of it are lost`,
          'it goes on, and its log does not say what it does; the audit does',
          'make room on the disk of its log, or restart the process with a log that can be written',
        ),
      ];
