import { useRef, useState } from 'react'
import { Button } from '../../../ui/button.js'
import { byteLength, isSignedBy, readSecret, type HmacAlgorithm } from '../token/hmac.js'
import { SecretField } from '../token/secret-field.js'

type Outcome = 'unknown' | 'same' | 'other'

/** Checks whether a secret signed a token. */
export function CheckSignature({
  token,
  algorithm,
}: {
  readonly token: string
  readonly algorithm: HmacAlgorithm
}) {
  const input = useRef<HTMLInputElement>(null)
  const [outcome, setOutcome] = useState<Outcome>('unknown')
  const [problem, setProblem] = useState<string>()
  const check = async () => {
    const secret = readSecret(input.current?.value ?? '')
    if (byteLength(secret) === 0) {
      setProblem('Enter the secret to check.')
      return
    }
    setOutcome((await isSignedBy(token, secret, algorithm)) ? 'same' : 'other')
  }
  return (
    <div className="flex flex-col gap-3">
      <SecretField
        input={input}
        hint="The secret stays in this field. It is never stored or sent."
        error={problem ?? (outcome === 'other' ? 'It was signed with another secret.' : undefined)}
        onEdit={() => {
          setProblem(undefined)
          setOutcome('unknown')
        }}
        onEnter={() => void check()}
      />
      <div className="flex items-center gap-3">
        <Button onClick={() => void check()}>Check signature</Button>
        <p role="status" className="text-sm text-success">
          {outcome === 'same' && 'Signed with this secret.'}
        </p>
      </div>
    </div>
  )
}
