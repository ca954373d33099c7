import type { Ending } from '../../shared/domain/outcome/ending.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { after, done, evening, look, minutes, rules, type Timed, withPolicy } from './given.ts';

export const aborted: Ending = {
  end: 'cancelled',
  cause: 'campaign aborted',
  because: 'campaign sp4 was aborted by anna: wrong release',
  blockers: [],
};
export const ends: UpgradeEvent = { type: 'EndRequested', ending: aborted };
export const marked = look({ setupPhase: 'upgrade' });
export const atOnce = withPolicy({ structural: 'atOnce', ladder: ['wait', 'relocation'] });

/** The upgrade after these events, a minute apart. */
export const story = (upgrade: Upgrade, events: readonly UpgradeEvent[], given = rules): Upgrade =>
  after(
    given,
    upgrade,
    events.map((event, n): Timed => [evening + minutes(n), event]),
  );

export const forward = ['record', 'stop', 'copy', 'protect', 'repoint', 'start', 'prove', 'close'].map(done);
export const back = ['pointBack', 'stop', 'startAgain', 'removeCopy', 'close'].map(done);
