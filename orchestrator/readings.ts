import type { Logger } from 'pino';
import type { Config } from '../shared/config.ts';
import { AuditContents } from './audit/contents/audit-contents.ts';
import { openBackground } from './background/background.ts';
import { LookBacks } from './campaigns/look-backs.ts';
import type { OrchestratorContext } from './context.ts';

/**
 * What reads much: work in threads, and what is kept of the audit, so that no request reads all of
 * it again.
 * @param ending aborted = the orchestrator stops
 */
export function openReadings(
  config: Config,
  ending: AbortSignal,
  log: Logger,
): Required<Pick<OrchestratorContext, 'background' | 'contents' | 'lookBacks'>> {
  const background = openBackground(config, ending);
  const contents = new AuditContents({
    scan: async (part) => {
      const scanned = await background('scanAudit', '', part);
      if (!scanned.ok) throw new Error(scanned.error.message);
      return scanned.value;
    },
  });
  return { background, contents, lookBacks: new LookBacks(log) };
}
