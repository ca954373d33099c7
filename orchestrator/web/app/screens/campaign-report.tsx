import type { JSX } from 'preact';
import { campaignPath } from '../actions.ts';
import type { ReportParts, Status } from '../answers.ts';
import { Download } from '../parts/download.tsx';
import { Blocks } from '../parts/report-blocks.tsx';
import { Loaded, Panel } from '../parts/screen.tsx';
import { texts } from '../texts.ts';
import { useLive } from '../use.ts';

const words = texts.campaign.report;

/** Every client is read for it. */
const everyMs = 300_000;

const signs = { good: '✓', mixed: '!', bad: '✕', open: '…' } as const;

/** The report of the command `campaign report`, and its files. */
export function CampaignReport({ status: { campaign } }: { readonly status: Status }): JSX.Element {
  const live = useLive<ReportParts>(campaignPath(campaign, '/report/document'), everyMs);
  return (
    <>
      <div class="downloads" role="group" aria-label={words.files}>
        <Download
          path={campaignPath(campaign, '/report/html')}
          file={`${campaign}.html`}
          label={words.html}
        />
        <Download
          path={campaignPath(campaign, '/report/markdown')}
          file={`${campaign}.md`}
          label={words.markdown}
        />
        <Download
          path={campaignPath(campaign, '/clients?format=csv')}
          file={`${campaign}.csv`}
          label={words.csv}
        />
        <Download
          path={campaignPath(campaign, '/clients?format=jsonl')}
          file={`${campaign}.jsonl`}
          label={words.jsonl}
        />
      </div>
      <Loaded live={live}>
        {({ verdict, figures, sections, footer }) => (
          <div class="stack">
            <section class={`verdict ${verdict.tone}`} aria-label={words.verdict}>
              <span class="verdict-sign" aria-hidden="true">
                {signs[verdict.tone]}
              </span>
              <div>
                <h2>{verdict.word}</h2>
                <p>{verdict.says}</p>
              </div>
            </section>
            <div class="block figures wide">
              {figures.map(({ value, label, tone }) => (
                <div key={label} class="figure">
                  <span class={`figure-value ${tone === 'bad' ? 'bad' : ''}`}>{value}</span>
                  <span class="dim">{label}</span>
                </div>
              ))}
            </div>
            {sections.map(({ title, blocks }) => (
              <Panel key={title} title={title} class="section">
                <Blocks blocks={blocks} />
              </Panel>
            ))}
            <p class="dim">{footer}</p>
          </div>
        )}
      </Loaded>
    </>
  );
}
