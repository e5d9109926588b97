import { PaperPlaneIcon, StopIcon } from '@radix-ui/react-icons'
import { Button } from '../../../ui/button.js'
import { classNames } from '../../../ui/class-names.js'
import { readDraft, useDraft, writeDraft } from './drafts.js'

/** The input for questions. Enter sends; Shift and Enter starts a new line. */
export function Composer({
  label,
  place,
  isBusy,
  canStop,
  onSend,
  onStop,
}: {
  readonly label: string
  /** The chat that the draft belongs to. A draft that was not sent is shown again when the reader comes back. */
  readonly place: string
  /** Whether sending is disabled. The reader can still write. */
  readonly isBusy: boolean
  readonly canStop: boolean
  /** Resolves to whether the question was accepted. If it was not, the text becomes the draft again. */
  readonly onSend: (text: string) => Promise<boolean> | boolean
  readonly onStop?: () => void
}) {
  const draft = useDraft(place)
  const setDraft = (text: string) => writeDraft(place, text)
  const send = async () => {
    const text = draft.trim()
    if (text === '' || isBusy) return
    setDraft('')
    const isTaken = await onSend(text)
    if (!isTaken && readDraft(place) === '') setDraft(text)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      className="mx-auto w-full max-w-3xl px-3 pb-3 sm:px-6 sm:pb-4"
    >
      <div className="flex items-end gap-2 rounded-lg border border-field-line bg-surface p-1.5 shadow-raised transition-colors focus-within:border-accent">
        <textarea
          aria-label={label}
          placeholder={label}
          rows={1}
          autoFocus
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            void send()
          }}
          className={classNames(
            'field-sizing-content max-h-48 min-h-8 flex-1 resize-none bg-transparent px-2 py-1.5 text-base outline-none',
            'pointer-coarse:text-lg',
          )}
        />
        {canStop ? (
          // With one element for both buttons, the click on Stop would also submit the draft. The keys prevent that.
          <Button key="stop" onClick={onStop}>
            <StopIcon aria-hidden />
            Stop
          </Button>
        ) : (
          <Button key="send" type="submit" kind="primary" disabled={isBusy || draft.trim() === ''}>
            <PaperPlaneIcon aria-hidden />
            Send
          </Button>
        )}
      </div>
    </form>
  )
}
