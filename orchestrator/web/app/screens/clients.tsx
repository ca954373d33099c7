import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { campaignPath } from '../actions.ts';
import type { Campaigns, Status } from '../answers.ts';
import { Empty, Loaded, Screen } from '../parts/screen.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';
import { ClientTable } from './client-table.tsx';

const words = texts.clients;

/** Machines: jump to one by its name, or go through those of a campaign. */
export function ClientsScreen(): JSX.Element {
  const { router } = useApp();
  const live = useLive<Campaigns>('v1/campaigns');
  const name = useSignal('');
  return (
    <Screen
      title={words.title}
      actions={
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            const client = name.value.trim();
            if (client !== '') router.go(router.href(['clients', client]));
          }}
        >
          <input
            aria-label={words.find}
            placeholder={`${words.findHint} …`}
            value={name.value}
            maxLength={253}
            spellcheck={false}
            onInput={(event) => void (name.value = event.currentTarget.value)}
          />
        </form>
      }
    >
      <Loaded live={live}>{({ campaigns }) => <OfCampaign campaigns={campaigns} />}</Loaded>
    </Screen>
  );
}

function OfCampaign({ campaigns }: { readonly campaigns: readonly Status[] }): JSX.Element {
  const { router } = useApp();
  const asked = router.place.value.query.get('campaign');
  const chosen = campaigns.find(({ campaign }) => campaign === asked) ?? campaigns[0];
  if (chosen === undefined) return <Empty says={texts.campaign.none} command={texts.first.steps[2][2]} />;
  return (
    <>
      {campaigns.length < 2 ? null : (
        <p class="choose">
          <label>
            {words.chooseCampaign}{' '}
            <select
              class="choice"
              value={chosen.campaign}
              onChange={(event) =>
                router.go(router.href(['clients'], { campaign: event.currentTarget.value }))
              }
            >
              {campaigns.map(({ campaign }) => (
                <option key={campaign} value={campaign}>
                  {campaign}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      <Fresh name={chosen.campaign} />
    </>
  );
}

function Fresh({ name }: { readonly name: string }): JSX.Element {
  const live = useLive<Status>(campaignPath(name));
  return <Loaded live={live}>{(status) => <ClientTable key={name} status={status} />}</Loaded>;
}
