import { awaitingOf } from '../../shared/domain/campaign/campaign.ts';
import { startIfReady } from '../campaigns/transitions.ts';
import { earliest, whenChanged } from './agenda.ts';
import { campaignRound } from './campaign-round.ts';
import type { Round } from './repeat.ts';

/**
 * Starts waiting campaigns. A staging starts them at once; this is for those whose time has come,
 * and for those that waited for clients of another campaign.
 */
export const startCampaigns = (): Round =>
  campaignRound({
    name: 'waiting campaigns',
    statuses: ['waitingForRelease', 'scheduled'],
    look: async (context, { campaign }) => {
      if (await startIfReady(context, 'orchestrator', campaign)) return whenChanged;
      const { state, definition } = campaign;
      const now = context.clock.now();
      const ends = definition.policy.end?.at ?? null;
      const isPaused = awaitingOf(state)?.paused !== undefined;
      const starts = state.status === 'scheduled' && !isPaused ? state.startAt : null;
      const moments = [starts, ends].map((time) => (time !== null && time > now ? time : null));
      // When its moment has come it waits for its release, or for clients of another campaign.
      return { at: earliest(moments), afterAnyChange: !isPaused && (starts ?? now) <= now };
    },
  });
