import type { Group } from '../domain/gather-notices.ts';
import { isCritical, type NoticeKind } from '../domain/notice-kinds.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { noticeTitle, type NoticeState, stateOf } from './notice-words.ts';
import type { CampaignStatus } from './status.ts';

/** A message as its receivers get it. Times are ISO 8601, UTC. `docs/notify.md` explains it. */
export interface NoticeDocument {
  readonly id: string;
  readonly type: NoticeKind | 'digest' | 'test';
  /** Whether an alarm begins with it, or ends, or neither. */
  readonly state: NoticeState;
  readonly title: string;
  readonly at: string;
  readonly critical: boolean;
  /** Null where it is about no campaign; the fields of a campaign are left out then. */
  readonly campaign: string | null;
  readonly release?: string;
  readonly wave?: string;
  readonly ticket?: string;
  readonly status?: string;
  readonly counts?: Readonly<Record<string, number>>;
  /** Why clients failed or need attention, the most frequent first. */
  readonly causes?: readonly { readonly cause: string; readonly count: number }[];
  /** When the campaign ends by its forecast, or why nobody can say, in words. */
  readonly forecast?: string;
  /** What holds it up, in words. */
  readonly binds?: string;
  /** What keeps the campaign from going on. */
  readonly why: string | null;
  /** What a person can do now, as commands: those of `campaign status`. */
  readonly next: readonly string[];
  readonly link: string | null;
  /** Everything that the message is about, in its order; `inAll` counts what is not listed, too. */
  readonly happenings: readonly {
    readonly at: string;
    readonly who: string | null;
    readonly says: string;
    readonly wave?: string;
  }[];
  readonly inAll: number;
  /** The alarms that end with it, and the messages that said that they began. */
  readonly ends: readonly {
    readonly type: string;
    readonly since: string;
    readonly says: string;
    readonly messages: readonly string[];
  }[];
}

const causesAtMost = 5;
/** Further questions are found with `servpack campaign approvals`. */
const answersAtMost = 5;

/**
 * The message about a group of happenings.
 * @param status of its campaign; null where it is about none, or the campaign is gone
 * @param link with `{campaign}` in place of its name
 */
export function noticeDocument(
  id: string,
  group: Group,
  status: CampaignStatus | null,
  link: string | null,
  now: number,
): NoticeDocument {
  const { kind, campaign, happenings, inAll, ends } = group;
  const last = happenings.at(-1);
  const wave = happenings.findLast((each) => each.wave !== undefined)?.wave;
  return {
    id,
    type: kind,
    state: stateOf(group),
    title: noticeTitle(group),
    at: isoOf(now),
    critical: isCritical(kind),
    campaign: campaign === '' ? null : campaign,
    ...(status === null ? {} : aboutCampaign(status)),
    ...(wave === undefined ? {} : { wave }),
    why: status?.paused?.because ?? status?.aborted?.because ?? last?.says ?? null,
    next: [...answersTo(group), ...(status?.actions ?? nextWithout(kind, group))],
    link: link === null || campaign === '' ? null : link.replaceAll('{campaign}', campaign),
    happenings: happenings.map((each) => ({
      at: isoOf(each.at),
      who: each.who,
      says: each.says,
      ...(each.wave === undefined ? {} : { wave: each.wave }),
    })),
    inAll,
    ends: ends.map(({ kind: type, since, says, notices }) => ({
      type,
      since: isoOf(since),
      says,
      messages: notices,
    })),
  };
}

function aboutCampaign(status: CampaignStatus): Partial<NoticeDocument> {
  const { release, ticket, size, settled, states, causes, forecast, binds } = status;
  return {
    release,
    ...(ticket === undefined ? {} : { ticket }),
    status: status.status,
    counts: { size, settled, ...states },
    causes: causes.slice(0, causesAtMost),
    ...(forecast === undefined ? {} : { forecast: forecast.says }),
    ...(binds === undefined ? {} : { binds: binds.says }),
  };
}

/** How the open questions of a message are answered. */
const answersTo = ({ kind, happenings }: Group): readonly string[] =>
  happenings
    .flatMap(({ question }) =>
      kind === 'approval.requested' && question?.id !== undefined ? [question.id] : [],
    )
    .slice(0, answersAtMost)
    .flatMap((id) => [`servpack campaign approve ${id}`, `servpack campaign reject ${id} --reason TEXT`]);

/** What to do where no campaign says it. */
function nextWithout(kind: NoticeKind, group: Group): readonly string[] {
  if (stateOf(group) === 'over') return [];
  switch (kind) {
    case 'everything.halted':
      return ['servpack unhalt'];
    case 'release.withdrawn':
      return ['servpack release stage FILE --override'];
    case 'copy.broken':
      return [`servpack release servers ${group.about ?? ''}`];
    case 'approval.requested':
      return ['servpack campaign approvals'];
    case 'workers.none':
      return ['servpack worker   # with REDIS_URL and SERVPACK_GATEWAY', 'servpack doctor'];
    default:
      return ['servpack doctor'];
  }
}
