import { Dialog as Base } from '@base-ui/react/dialog'
import { Cross2Icon } from '@radix-ui/react-icons'
import type { ReactNode } from 'react'
import { Button } from './button.js'
import { classNames } from './class-names.js'

/**
 * A modal dialog. Escape and a click outside close it. The focus stays inside and returns when the dialog closes.
 * `actions` are the buttons at the bottom. The last one continues.
 */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  actions,
  isWide = false,
  children,
}: {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly actions?: ReactNode
  readonly isWide?: boolean
  readonly children?: ReactNode
}) {
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[rgb(10_16_16/0.45)] transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          className={classNames(
            'fixed z-50 flex max-h-[85dvh] flex-col rounded-lg border border-line bg-surface text-text shadow-over transition duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0',
            'inset-x-3 bottom-3 sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-[12dvh] sm:w-[calc(100vw-2rem)] sm:-translate-x-1/2',
            isWide ? 'sm:max-w-2xl' : 'sm:max-w-md',
          )}
        >
          <header className="flex items-start gap-3 px-4 pt-3.5 pb-1">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-base font-semibold">{title}</Base.Title>
              {description !== undefined && (
                <Base.Description render={<div />} className="mt-0.5 text-sm text-muted">
                  {description}
                </Base.Description>
              )}
            </div>
            <Base.Close
              render={
                <Button kind="ghost" size="icon" aria-label="Close" className="-mt-1 -mr-1.5" />
              }
            >
              <Cross2Icon aria-hidden />
            </Base.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-4 py-3">{children}</div>
          {actions !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">
              {actions}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
