import { counted } from '../domain/counted.ts';
import type { Group } from '../domain/gather-notices.ts';

export type NoticeState = 'once' | 'opened' | 'over';

/** What the last happening of a message means for an alarm. */
export function stateOf({ happenings, ends }: Pick<Group, 'happenings' | 'ends'>): NoticeState {
  if (happenings.at(-1)?.opens !== undefined) return 'opened';
  return ends.length > 0 ? 'over' : 'once';
}

/** The headline of a message: one sentence that is understood without the rest. */
export function noticeTitle(group: Group): string {
  const { kind, campaign, about = '', happenings, inAll } = group;
  const last = happenings.at(-1);
  const by = last?.who === null || last?.who === undefined ? '' : ` by ${last.who}`;
  const isOver = stateOf(group) === 'over';
  const { says = '', question } = last ?? {};
  const of = campaign === '' ? `release ${about}` : `campaign ${campaign}`;
  switch (kind) {
    case 'campaign.started':
      return `${of} has started`;
    case 'campaign.paused':
      return `${of} is paused${by}`;
    case 'campaign.resumed':
      return `${of} goes on, resumed${by}`;
    case 'campaign.aborted':
      return `${of} was aborted${by}`;
    case 'campaign.ended':
      return `${of} has ended`;
    case 'campaign.still':
      return isOver ? `${of}: ${says}` : `${of} stands still although clients wait`;
    case 'wave.opened':
      return `${of}: wave ${last?.wave ?? ''} is open`;
    case 'gate.broken':
      return `${of}: a gate has paused it`;
    case 'stop.fired':
      return `${of}: a stop rule has paused it`;
    case 'approval.requested':
      return inAll > 1
        ? `${of}: ${inAll} questions wait for an approval`
        : `${of}: ${question === undefined ? says : `${question.about} waits for an approval`}`;
    case 'approval.decided':
      if (inAll > 1) return `${of}: ${inAll} questions were answered`;
      return `${of}: ${question === undefined ? says : `${question.about} was ${question.verdict}${by}`}`;
    case 'approval.expired':
      return `${of}: nobody answered in time${question === undefined ? '' : ` about ${question.about}`}`;
    case 'clients.failed':
      return `${of}: ${counted(clientsIn(group), 'client')} failed or ${clientsIn(group) === 1 ? 'needs' : 'need'} attention`;
    case 'blocker.rising':
      return isOver
        ? `${of}: ${says}`
        : `${of}: ${inAll === 1 ? 'a blocker holds' : `${inAll} blockers hold`} up ever more clients`;
    case 'forecast.slipped':
      return isOver ? `${of}: ${says}` : `${of}: its forecast is after its end`;
    case 'copy.broken':
      return isOver
        ? `release ${about}: ${says}`
        : `release ${about}: ${inAll === 1 ? 'the copy on 1 logon server' : `the copies on ${inAll} logon servers`} ${inAll === 1 ? 'is' : 'are'} broken`;
    case 'release.withdrawn':
      return isOver ? `release ${about} is staged again` : `release ${about} was withdrawn${by}`;
    case 'everything.halted':
      return isOver ? `the halt is over${by}` : `everything is halted${by}`;
    case 'workers.none':
      return isOver ? says : 'no worker runs';
    case 'leader.failing':
      return isOver ? `${of}: ${says}` : `${of}: the leader fails at it`;
    case 'audit.stalled':
      return isOver ? 'the audit is written again' : 'the audit cannot be written';
    case 'redis.away':
      return isOver ? 'Redis answers again' : 'Redis does not answer';
  }
}

const clientsIn = ({ happenings }: Group): number =>
  happenings.reduce((sum, { clients = 0 }) => sum + clients, 0);
