import { stopRule } from '../../shared/domain/campaign/stop.ts';
import { unanswered } from '../../shared/domain/campaign/campaign.ts';
import { requestIn } from './command-requests.ts';
import { requestNameIn, requestStateIn } from './request-steps.ts';
import { alarmOf, alarmsOfCampaign, type Happening } from './happening.ts';

/** What an audit entry that names no client says. */
export interface CampaignStep {
  readonly at: number;
  readonly campaign: string;
  readonly who: string;
  readonly from: string;
  readonly to: string;
  readonly because: string;
}

/** Who has paused the campaign, where the entry is its present pause; null = that is not known. */
export type PausedBy = string | null;

/** The leader changes a campaign under this name. */
const leader = 'orchestrator';

/**
 * What people hear of a step of the audit; none = they hear nothing of it.
 * @param pausedBy `gate`, or who else paused the campaign
 */
export function happeningsOf(step: CampaignStep, pausedBy: PausedBy): readonly Happening[] {
  const request = requestStateIn(step.to);
  if (request !== null) return ofRequest(step, request);
  if (step.campaign === '') return ofEverything(step);
  const { from, to } = step;
  if (to === 'removing') return [about(step, 'campaign.ended', ending(step))].map(onlyCloses);
  if (to === from) return to === 'running' || to === 'paused' ? withinStatus(step) : ofOver(step);
  if (to === 'running') return [from === 'paused' ? resumed(step) : about(step, 'campaign.started')];
  if (to === 'paused') return paused(step, pausedBy);
  if (to === 'aborted') return [about(step, 'campaign.aborted', ending(step))];
  return to === 'ended' ? [about(step, 'campaign.ended', ending(step))] : [];
}

type More = Partial<Pick<Happening, 'opens' | 'closes' | 'wave' | 'about' | 'onlyCloses' | 'question'>>;

const about = (
  { at, campaign, who, because }: CampaignStep,
  kind: Happening['kind'],
  more: More = {},
): Happening => ({ kind, campaign, at, who: who === leader ? null : who, says: because, ...more });

const onlyCloses = (happening: Happening): Happening => ({ ...happening, onlyCloses: true });

const ending = ({ campaign }: CampaignStep): More => ({ closes: alarmsOfCampaign(campaign) });

const resumed = (step: CampaignStep): Happening =>
  about(step, 'campaign.resumed', { closes: [alarmOf.paused(step.campaign)] });

/** The last client of an aborted campaign is finished. */
const ofOver = (step: CampaignStep): readonly Happening[] =>
  step.to === 'aborted' && step.because.startsWith('aborted, and everything ')
    ? [about(step, 'campaign.ended')]
    : [];

/** Why the leader pauses: the words of the deciders, where the campaign has moved on since. */
function kindOfPause({ who, because }: CampaignStep, pausedBy: PausedBy): Happening['kind'] {
  if (pausedBy === 'gate') return 'gate.broken';
  if (pausedBy === stopRule) return 'stop.fired';
  if (pausedBy === unanswered) return 'approval.expired';
  if (pausedBy !== null || who !== leader) return 'campaign.paused';
  if (because.startsWith('nobody answered ')) return 'approval.expired';
  if (because.startsWith('wave ')) return 'gate.broken';
  return /, limit \d/u.test(because) ? 'stop.fired' : 'campaign.paused';
}

function paused(step: CampaignStep, pausedBy: PausedBy): readonly Happening[] {
  const opens = alarmOf.paused(step.campaign);
  const decided = answered(step);
  // A rejected wave stays closed, and the campaign pauses with the words of the answer.
  const kind = kindOfPause(step, decided === null ? pausedBy : null);
  const { wave } = /^wave (?<wave>[^ :]+)/u.exec(step.because)?.groups ?? {};
  const pause = about(step, decided === null ? kind : 'campaign.paused', {
    opens,
    ...(wave === undefined ? {} : { wave }),
  });
  return decided === null ? [pause] : [decided, pause];
}

/** A campaign that goes on running, or stays paused: a wave opens, a question comes or goes. */
function withinStatus(step: CampaignStep): readonly Happening[] {
  const { wave } = /^wave (?<wave>.+?) opens: /u.exec(step.because)?.groups ?? {};
  if (wave !== undefined) return [about(step, 'wave.opened', { wave })];
  const { asks } = /^(?<asks>(?:wave|step) .+?) waits for approval\b/u.exec(step.because)?.groups ?? {};
  if (asks !== undefined)
    return [
      about(step, 'approval.requested', {
        opens: alarmOf.approval(step.campaign, asks),
        question: { about: asks },
      }),
    ];
  const decided = answered(step);
  return decided === null ? [] : [decided];
}

/** The answer to a question, or its end without one. */
function answered(step: CampaignStep): Happening | null {
  const { subject, verdict, by } =
    /^(?<subject>(?:wave|step) .+?) (?<verdict>approved|rejected)(?<by> by |, because nobody )/u.exec(
      step.because,
    )?.groups ?? {};
  if (subject === undefined) return null;
  const kind = by === ' by ' ? 'approval.decided' : 'approval.expired';
  return about(step, kind, {
    closes: [alarmOf.approval(step.campaign, subject)],
    question: { about: subject, verdict: verdict === 'approved' ? 'approved' : 'rejected' },
  });
}

/** A command that waits for another person. That it was carried out its own entry says. */
function ofRequest(
  step: CampaignStep,
  state: NonNullable<ReturnType<typeof requestStateIn>>,
): readonly Happening[] {
  const id = requestNameIn(step.because) ?? '';
  const { key } = requestIn(id);
  const alarm = alarmOf.request(key);
  const [subject = '', command = '', client] = key.split('/');
  const what = command === 'withdraw' ? 'its withdrawal' : command;
  const asked = { about: client === undefined ? what : `${command} of client ${client}`, id };
  const more = { ...(step.campaign === '' ? { about: subject } : {}), question: asked };
  switch (state) {
    case 'asked':
      return [about(step, 'approval.requested', { ...more, opens: alarm })];
    case 'approved':
    case 'rejected':
      return [
        about(step, 'approval.decided', {
          ...more,
          closes: [alarm],
          question: { ...asked, verdict: state },
        }),
      ];
    case 'expired':
      return [about(step, 'approval.expired', { ...more, closes: [alarm] })];
    case 'retracted':
    case 'void':
      return [
        about(step, 'approval.decided', {
          ...more,
          closes: [alarm],
          onlyCloses: true,
          question: {
            ...asked,
            verdict: state === 'void' ? 'closed without an answer' : 'taken back',
          },
        }),
      ];
    case 'done':
      return [];
  }
}

/** The halt, and releases: the entry names the release first. */
function ofEverything(step: CampaignStep): readonly Happening[] {
  const { to } = step;
  if (to === 'halted') return [about(step, 'everything.halted', { opens: alarmOf.halted })];
  if (to === 'going')
    return [about(step, 'everything.halted', { closes: [alarmOf.halted], onlyCloses: true })];
  const { release } = /^release (?<release>[^ :]+)/u.exec(step.because)?.groups ?? {};
  if (release === undefined || (to !== 'withdrawn' && to !== 'staged')) return [];
  const alarm = alarmOf.withdrawn(release);
  return [
    about(
      step,
      'release.withdrawn',
      to === 'withdrawn'
        ? { about: release, opens: alarm }
        : { about: release, closes: [alarm], onlyCloses: true },
    ),
  ];
}
