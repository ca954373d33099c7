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
      return isOver ? `${of} goes on` : `${of} stands still although clients wait`;
    case 'wave.opened':
      return `${of}: wave ${last?.wave ?? ''} is open`;
    case 'gate.broken':
      return `${of}: a gate has paused it`;
    case 'stop.fired':
      return `${of}: a stop rule has paused it`;
    case 'approval.requested':
      return `${of} waits for an approval`;
    case 'approval.decided':
      return `${of}: a question was answered${by}`;
    case 'approval.expired':
      return `${of}: nobody answered in time`;
    case 'clients.failed':
      return `${of}: ${counted(clientsIn(group), 'client')} failed or ${clientsIn(group) === 1 ? 'needs' : 'need'} attention`;
    case 'blocker.rising':
      return isOver
        ? `${of}: a blocker holds up fewer clients again`
        : `${of}: ${inAll === 1 ? 'a blocker holds' : `${inAll} blockers hold`} up ever more clients`;
    case 'forecast.slipped':
      return isOver ? `${of}: its forecast is in time again` : `${of}: its forecast is after its end`;
    case 'copy.broken':
      return isOver
        ? `release ${about}: its copies are whole again`
        : `release ${about}: ${inAll === 1 ? 'the copy on 1 logon server' : `the copies on ${inAll} logon servers`} ${inAll === 1 ? 'is' : 'are'} broken`;
    case 'release.withdrawn':
      return isOver ? `release ${about} is staged again` : `release ${about} was withdrawn${by}`;
    case 'everything.halted':
      return isOver ? `the halt is over${by}` : `everything is halted${by}`;
    case 'workers.none':
      return isOver ? 'a worker runs again' : 'no worker runs';
    case 'leader.failing':
      return isOver ? `${of}: the leader works at it again` : `${of}: the leader fails at it`;
    case 'audit.stalled':
      return isOver ? 'the audit is written again' : 'the audit cannot be written';
    case 'redis.away':
      return isOver ? 'Redis answers again' : 'Redis does not answer';
  }
}

const clientsIn = ({ happenings }: Group): number =>
  happenings.reduce((sum, { clients = 0 }) => sum + clients, 0);
