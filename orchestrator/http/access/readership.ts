import { narrowingWords } from '../../../shared/domain/campaign/narrowing.ts';
import { isNarrowed, reachesCampaign } from '../../domain/narrowing.ts';
import type { Readership } from '../routes/event-routes.ts';
import type { Access } from './access.ts';

/** What a reader of events sees, and for how long: by its token or its session. */
export const readershipOf =
  (access: Access): Readership =>
  ({ principal }) => {
    if (principal === null) return { reach: 'nothing', sees: () => false, mayStillRead: async () => false };
    const { narrowing } = principal;
    return {
      reach: narrowingWords(narrowing),
      // What names no campaign, such as an import, is for tokens that see everything.
      sees: (campaign) => (campaign === '' ? !isNarrowed(narrowing) : reachesCampaign(narrowing, campaign)),
      mayStillRead: () => access.mayStillRead(principal),
    };
  };
