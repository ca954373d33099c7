import type { JSX } from 'preact';
import type { Campaigns } from '../answers.ts';
import { percent } from '../format.ts';
import { Action } from '../parts/action.tsx';
import { StatusBadge } from '../parts/campaign-card.tsx';
import { Count } from '../parts/count.tsx';
import { Link } from '../parts/link.tsx';
import { Empty, Loaded, Screen } from '../parts/screen.tsx';
import { StateBar } from '../parts/state-bar.tsx';
import { Time } from '../parts/time.tsx';
import { num, Table } from '../parts/table.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { finishedIn, notOk } from '../../../../shared/domain/outcome/states.ts';

const words = texts.campaign;

/** Every campaign in one table: dense, because they are compared. */
export function CampaignsScreen(): JSX.Element {
  const { router } = useApp();
  const live = useLive<Campaigns>('v1/campaigns');
  return (
    <Screen
      title={words.title}
      actions={
        <Action needs="run" tone="primary" onClick={() => router.go(router.href(['plan']))}>
          {texts.plan.new}
        </Action>
      }
    >
      <Loaded live={live}>
        {({ campaigns }) =>
          campaigns.length === 0 ? (
            <Empty says={words.none} command={texts.first.steps[2][2]} />
          ) : (
            <Table
              class="compared"
              columns={[
                'Campaign',
                'Status',
                { name: words.progress, is: 'wide-cell' },
                num('Finished'),
                num('Not ok'),
                words.ends,
              ]}
            >
              {campaigns.map((each) => (
                <tr key={each.campaign} data-row>
                  <th scope="row">
                    <Link to={['campaigns', each.campaign]}>{each.campaign}</Link>
                    <span class="dim under">{each.release}</span>
                  </th>
                  <td>
                    <StatusBadge status={each.status} />
                  </td>
                  <td class="wide-cell">
                    <StateBar states={each.states} size={each.size} label={each.campaign} />
                  </td>
                  <td class="num">
                    <Count
                      of={finishedIn(each.states)}
                      campaign={each.campaign}
                      filter={{ state: 'finished' }}
                    />{' '}
                    <span class="dim">
                      of <Count of={each.size} campaign={each.campaign} filter={{}} />
                    </span>
                    <span class="dim under">{percent(finishedIn(each.states), each.size)}</span>
                  </td>
                  <td class="num">
                    <Count of={notOk(each.states)} campaign={each.campaign} filter={{ state: 'notOk' }} />
                  </td>
                  <td>
                    {each.endedAt !== null ? (
                      <Time at={each.endedAt} />
                    ) : each.forecast?.ends ? (
                      <Time at={each.forecast.ends.p90} />
                    ) : (
                      <span class="dim">{texts.empty}</span>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
    </Screen>
  );
}
