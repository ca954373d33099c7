import { finishedIn } from '../../shared/domain/outcome/states.ts';
import { many } from '../views/numbers.ts';
import { percent, count } from '../charts/svg.ts';
import { progressChart, progressTable } from '../charts/progress.ts';
import type { ProgressData, ProgressPoint } from '../charts/progress-data.ts';
import { stateRows, stateRowsTable } from '../charts/waves.ts';
import { statesBar } from '../charts/states-bar.ts';
import { spanInWords } from '../views/duration-text.ts';
import { marksOf, unmarkCommand, whenUnmarked, willInstallWords } from '../views/marks.ts';
import { namesInWords } from '../views/equal-reasons.ts';
import { stateWord } from '../views/state-words.ts';
import type { CampaignReport } from '../views/report.ts';
import type { Block, ReportDocument, Section } from './document.ts';
import { blockersSection, chartWidth, planSection } from './plan-section.ts';
import { timesInWords, whenInWords, zone } from './when.ts';
import { plannedCourse } from './planned-course.ts';
import { nextStepOf } from './next-step.ts';
import { proofSection } from './proof-section.ts';
import type { ReportData, ReportedStep } from './report-data.ts';
import { figuresOf, scopeOf, verdictOf } from './verdict.ts';

/** The report of a campaign for people who were not there: a manager, and an auditor. */
export function reportDocument(data: ReportData): ReportDocument {
  const { report } = data;
  return {
    title: report.campaign,
    about: [
      `release ${report.release}`,
      ...(report.ticket === undefined ? [] : [`ticket ${report.ticket}`]),
    ].join(' · '),
    verdict: verdictOf(report),
    figures: figuresOf(report),
    sections: [
      marksSection(report),
      progressSection(data),
      exceptionsSection(data),
      planSection(report.planned, report),
      blockersSection(report),
      scopeSection(data),
      stepsSection(data),
      proofSection(data),
    ].filter(({ blocks }) => blocks.length > 0),
    footer: `Read on ${whenInWords(report.at)} by servpack. All times are UTC.`,
  };
}

/** The clients that install although the campaign is over for them: nothing else is as urgent. */
function marksSection(report: CampaignReport): Section {
  const marks = marksOf(report);
  const { campaign, release } = report;
  const title = 'Still marked';
  if (marks === null) return { title, blocks: [] };
  const says = `${willInstallWords(marks, release)}${whenUnmarked(marks)}.`;
  const text = `${says} A marked client installs at its next logon, also when the campaign is over.`;
  if (marks.now === 0) return { title, blocks: [{ kind: 'text', text }] };
  return {
    title,
    blocks: [
      { kind: 'text', text: `${text} To list the clients, and to take their marks back:` },
      {
        kind: 'commands',
        commands: [`servpack campaign clients ${campaign} --marked`, unmarkCommand(campaign)],
      },
    ],
  };
}

const timeOf = (text: string): number => Date.parse(text);

function progressSection({ report, tallied }: ReportData): Section {
  const { startedAt, endedAt, waves, states, tookMs } = report;
  const rows = {
    title: 'Waves',
    each: 'wave',
    rows: waves.map(({ wave, states }) => ({ name: wave, states })),
  };
  const began: readonly Block[] =
    startedAt === null ? [] : [chartOfProgress(progressData(report, tallied.finished, startedAt))];
  const took = tookMs === null ? [] : [[endedAt === null ? 'so far' : 'took', spanInWords(tookMs)] as const];
  return {
    title: 'Progress',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['created', whenInWords(report.createdAt)],
          ['started', whenInWords(startedAt ?? 'not yet')],
          ['ended', whenInWords(endedAt ?? 'not yet')],
          ...took,
          ...(report.forecast === undefined
            ? []
            : [['forecast', timesInWords(report.forecast.says)] as const]),
        ],
      },
      ...began,
      {
        kind: 'chart',
        svg:
          waves.length === 1
            ? statesBar({ id: 'states', width: chartWidth }, { title: 'Clients by state', states })
            : stateRows({ id: 'waves', width: chartWidth }, rows),
        table: stateRowsTable(rows),
      },
      {
        kind: 'table',
        table: {
          caption: 'Gates',
          heads: ['wave', 'clients', 'finished', 'gate'],
          rows: waves.map(({ wave, size, states: own, gate }) => {
            const finished = finishedIn(own);
            return [wave, size, `${count(finished)} (${percent(finished, size)} %)`, timesInWords(gate)];
          }),
        },
      },
    ],
  };
}

const chartOfProgress = (data: ProgressData): Block => ({
  kind: 'chart',
  svg: progressChart({ id: 'progress', width: chartWidth }, data),
  table: progressTable(data),
});

function progressData(
  { size, at, endedAt, forecast, planned, waves }: CampaignReport,
  points: readonly ProgressPoint[],
  startedAt: string,
): ProgressData {
  const ends = forecast?.ends ?? null;
  return {
    size,
    startedAt: timeOf(startedAt),
    points,
    until: timeOf(endedAt ?? at),
    isOver: endedAt !== null,
    forecast:
      ends === null ? null : { p50: ends.p50 === null ? null : timeOf(ends.p50), p90: timeOf(ends.p90) },
    planned: plannedCourse(planned, waves, timeOf(startedAt)),
    zone,
  };
}

function exceptionsSection({ report, tallied, owners }: ReportData): Section {
  const all = [...tallied.exceptions, ...tallied.unhealthy];
  if (all.length === 0) return { title: 'Exceptions', blocks: [] };
  const ownersOf = (clients: readonly string[]): string =>
    [...new Set(clients.map((client) => owners.get(client) ?? 'nobody is named'))].slice(0, 3).join(', ');
  return {
    title: 'Exceptions',
    blocks: [
      {
        kind: 'text',
        text: 'Clients that did not end as they should, by reason, and what to do next. The owner is the label owner=… of the client, else the person who started the campaign.',
      },
      {
        kind: 'table',
        table: {
          caption: 'Exceptions',
          heads: ['clients', 'end', 'reason', 'which', 'owner', 'next step'],
          rows: all.map((group) => [
            count(group.count),
            stateWord(group.end),
            timesInWords(group.reason),
            namesInWords(group),
            ownersOf(group.clients),
            nextStepOf(group),
          ]),
        },
      },
      {
        kind: 'commands',
        commands: [
          'servpack client why CLIENT --evidence',
          `servpack campaign retry ${report.campaign} --failed`,
        ],
      },
    ],
  };
}

function scopeSection({ report, tallied, selection, exclusions }: ReportData): Section {
  const { inScope, leftOut, cancelled } = scopeOf(report);
  return {
    title: 'Scope',
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['selected', `${selection}: ${many(report.size, 'client')}`],
          ...(exclusions === null ? [] : [['not selected', exclusions] as const]),
          ...(report.members === undefined ? [] : [['changed since', report.members] as const]),
          [
            'in scope',
            `${many(inScope, 'client')}; ${count(leftOut)} ${leftOut === 1 ? 'was' : 'were'} left out on the way`,
          ],
        ],
      },
      ...(tallied.leftOut.length === 0
        ? []
        : [
            {
              kind: 'table',
              table: {
                caption: cancelled === 0 ? 'Left out' : 'Left out or cancelled',
                heads: ['clients', 'how', 'reason', 'which'],
                rows: tallied.leftOut.map((group) => [
                  count(group.count),
                  stateWord(group.end),
                  group.reason,
                  namesInWords(group),
                ]),
              },
            } as const,
          ]),
    ],
  };
}

function stepsSection({ steps, moreSteps }: ReportData): Section {
  if (steps.length === 0) return { title: 'Who did what', blocks: [] };
  return {
    title: 'Who did what',
    blocks: [
      {
        kind: 'table',
        table: {
          caption: 'Steps of the campaign',
          heads: ['when', 'who', 'what and why'],
          rows: steps.map((step) => [whenInWords(step.at), step.who, stepWords(step)]),
        },
      },
      ...(moreSteps === 0
        ? []
        : [{ kind: 'text', text: `${count(moreSteps)} further steps stand in the audit.` } as const]),
    ],
  };
}

/** `running -> paused: payroll`; a step within a status says what it is itself. */
const stepWords = ({ from, to, because }: ReportedStep): string =>
  timesInWords(from === to || from === '' ? because : `${stateWord(from)} → ${stateWord(to)}: ${because}`);
