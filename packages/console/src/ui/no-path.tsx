/** Where nothing can be ordered, because no path leads to a model: what to do about it depends on who reads it. */
import { useSession } from '../app/session-context.ts';
import { ButtonLink } from './button.tsx';
import { Empty } from './panel.tsx';

export function NoPath() {
  const { operator } = useSession();
  return (
    <div className="rounded-lg border bg-surface">
      <Empty
        title="No path leads to a model yet"
        action={
          operator && (
            <ButtonLink to="/paths" kind="primary">
              Add a path
            </ButtonLink>
          )
        }
      >
        {operator
          ? 'A path is a vendor account that renders for you. With the first one there is something to order.'
          : 'Who runs this gateway adds the first one; then there is something to order.'}
      </Empty>
    </div>
  );
}
