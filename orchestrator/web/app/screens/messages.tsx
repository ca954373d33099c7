import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import { ended } from '../actions.ts';
import type { NoticeLog, NotifyTest, Redelivery } from '../answers.ts';
import { Action } from '../parts/action.tsx';
import { Loaded } from '../parts/screen.tsx';
import { num, Table } from '../parts/table.tsx';
import { Says, Time } from '../parts/time.tsx';
import { texts } from '../texts.ts';
import { useApp, useLive } from '../use.ts';

const words = texts.messages;
const act = { name: texts.access.act, is: 'hidden' } as const;

/** Where messages go. It is asked for when it is opened: an orchestrator may notify nobody. */
export function MessagePanel(): JSX.Element {
  const { router } = useApp();
  const isOpen = router.place.value.query.get('messages') === 'true';
  return (
    <details
      class="panel fold span"
      open={isOpen}
      onToggle={({ currentTarget: { open } }) => {
        if (open !== isOpen) router.setQuery({ messages: open ? 'true' : null });
      }}
    >
      <summary>
        <h2>{words.title}</h2>
      </summary>
      {isOpen ? <Messages /> : null}
    </details>
  );
}

/** The destinations, and what became of the newest messages. */
function Messages(): JSX.Element {
  const app = useApp();
  const live = useLive<NoticeLog>('v1/notify/log');
  const test = async (destination: string): Promise<void> => {
    const asked = await app.api.post<NotifyTest>('v1/notify/test', { destination });
    const result = asked.ok ? asked.value.results[0] : undefined;
    app.note.value = {
      ok: result?.isDelivered === true,
      says: asked.ok ? words.tested(destination, result?.because ?? '') : asked.problem.detail,
    };
    void app.live.refresh();
  };
  const redeliver = async (message: string, destination: string): Promise<void> => {
    const path = `v1/notify/messages/${encodeURIComponent(message)}/redeliver`;
    app.note.value = await ended(app, app.api.post<Redelivery>(path, { destination }), ({ destinations }) =>
      words.redelivered(destinations.join(', ')),
    );
  };
  return (
    <Loaded live={live}>
      {({ destinations, deliveries }) => (
        <div class="stack">
          <Table columns={[words.columns[0], words.columns[1], num(words.columns[2]), words.columns[3], act]}>
            {destinations.map(({ destination, form, waiting, head, disabled }) => (
              <tr key={destination} data-row>
                <th scope="row">{destination}</th>
                <td>{form}</td>
                <td class="num">{number(waiting)}</td>
                <td>
                  {disabled !== null ? (
                    <span class="warn-words">{words.disabled(disabled)}</span>
                  ) : head === null || head.tries === 0 ? (
                    words.ok
                  ) : (
                    <>
                      {words.again(head.tries)} <Time at={head.next} />
                    </>
                  )}
                </td>
                <td class="end">
                  <Action
                    needs="run"
                    on="all"
                    label={`${words.test} ${destination}`}
                    onClick={() => test(destination)}
                  >
                    {words.test}
                  </Action>
                </td>
              </tr>
            ))}
          </Table>
          <h2>{words.log}</h2>
          {deliveries.length === 0 ? (
            <p class="dim">{words.none}</p>
          ) : (
            <Table columns={[...words.logColumns, act]}>
              {deliveries.map(({ message, title, destination, at, outcome, because }) => (
                <tr key={`${message} ${destination} ${at}`} data-row>
                  <td>
                    <Time at={at} />
                  </td>
                  <td>{title ?? <span class="dim">{words.gone}</span>}</td>
                  <td>{destination}</td>
                  <td>
                    <span class={`badge ${words.outcomes[outcome][0]}`}>{words.outcomes[outcome][1]}</span>
                    <span class="dim under">
                      <Says text={because} />
                    </span>
                  </td>
                  <td class="end">
                    {title === null ? null : (
                      <Action
                        needs="run"
                        on="all"
                        label={`${words.redeliver}: ${title}, ${destination}`}
                        onClick={() => redeliver(message, destination)}
                      >
                        {words.redeliver}
                      </Action>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </div>
      )}
    </Loaded>
  );
}
