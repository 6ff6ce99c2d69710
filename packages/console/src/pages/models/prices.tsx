/** Prices by their dimensions, each line with its sheet, grade, source and date. */
import type { Model } from '@sluice/sdk';
import { Amount } from '../../ui/amount.tsx';
import { Grade } from '../../ui/grade.tsx';
import { Empty } from '../../ui/panel.tsx';

export function Prices({ model }: { model: Model }) {
  if (model.prices.length === 0) {
    return (
      <Empty title="No price is known here">
        No path of this gateway reaches {model.name}, or its price sheet does not name it.
      </Empty>
    );
  }
  const several = new Set(model.prices.map(({ path }) => path)).size > 1;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it.
    <section className="edges overflow-x-auto" tabIndex={0} aria-label="Prices">
      <table className="w-full text-left">
        <thead className="text-ink-3">
          <tr className="border-b [&>th]:p-2.5 [&>th]:font-normal [&>th:first-child]:pl-4">
            {several && <th scope="col">Path</th>}
            <th scope="col" className="pl-4">
              Mode
            </th>
            <th scope="col">Resolution</th>
            <th scope="col">Sound</th>
            <th scope="col">With video input</th>
            <th scope="col" className="text-right">
              Price
            </th>
            <th scope="col">Evidence</th>
          </tr>
        </thead>
        <tbody>
          {model.prices.map((price) => (
            <tr
              key={JSON.stringify(price)}
              className="border-b last:border-0 [&>td]:p-2.5 [&>td:first-child]:pl-4"
            >
              {several && <td>{price.path}</td>}
              <td>{price.mode}</td>
              <td>{price.resolution}</td>
              <td>{price.sound}</td>
              <td>{price.video_input ? 'yes' : 'no'}</td>
              <td className="text-right whitespace-nowrap">
                <Amount amount={price.price} currency="USD" className="font-medium" /> / {price.per}
              </td>
              <td>
                <Grade grade={price.grade} source={price.source} date={price.date} stale={price.stale} word />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
