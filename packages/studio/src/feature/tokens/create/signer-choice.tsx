import { classNames } from '../../../ui/class-names.js'

/** Who signs. */
export type Signer = 'secret' | 'server'

const CHOICES: readonly { readonly signer: Signer; readonly name: string }[] = [
  { signer: 'secret', name: 'A secret that you enter' },
  { signer: 'server', name: 'This server' },
]

/** Lets the reader choose who signs. */
export function SignerChoice({
  value,
  onChange,
}: {
  readonly value: Signer
  readonly onChange: (signer: Signer) => void
}) {
  return (
    <fieldset>
      <legend className="mb-1 text-xs font-medium text-muted">Sign with</legend>
      <div className="inline-flex rounded-md border border-line-strong bg-sunken p-0.5">
        {CHOICES.map(({ signer, name }) => (
          <label
            key={signer}
            className={classNames(
              'flex h-7 cursor-pointer items-center rounded px-2.5 text-sm font-medium has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:h-9',
              value === signer ? 'bg-surface text-text shadow-raised' : 'text-muted',
            )}
          >
            <input
              type="radio"
              name="signer"
              className="sr-only"
              checked={value === signer}
              onChange={() => onChange(signer)}
            />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
