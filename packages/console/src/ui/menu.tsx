/** What opens below a button: a short list of things to do. */
import { Menu as Frame, MenuButton, MenuItem, MenuProvider, MenuSeparator } from '@ariakit/react';
import type { ReactNode } from 'react';
import { cx } from './class.ts';
import type { ButtonProps } from './on-demand.tsx';

export function Menu({
  button,
  wide,
  children,
}: {
  button: ButtonProps;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <MenuProvider placement="bottom-end" defaultOpen>
      <MenuButton {...button} />
      <Frame
        gutter={6}
        portal
        unmountOnHide
        className={cx(
          'z-40 rounded-lg border bg-surface p-1.5 shadow-lift outline-none',
          wide ? 'w-72' : 'w-60',
        )}
      >
        {children}
      </Frame>
    </MenuProvider>
  );
}

type ItemProps = { icon?: ReactNode; children: ReactNode; onClick: () => void; staysOpen?: boolean };

export function Item({ icon, children, onClick, staysOpen = false }: ItemProps) {
  return (
    <MenuItem
      hideOnClick={!staysOpen}
      onClick={onClick}
      className={
        'flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left outline-none ' +
        'data-[active-item]:bg-accent-soft'
      }
    >
      {icon}
      <span className="flex-1">{children}</span>
    </MenuItem>
  );
}

export function Line() {
  return <MenuSeparator className="my-1 border-t" />;
}
