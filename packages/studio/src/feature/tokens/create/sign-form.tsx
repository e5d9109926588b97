import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { Button } from '../../../ui/button.js'
import { CodeText } from '../../../ui/code-text.js'
import { Field } from '../../../ui/field.js'
import { Notice } from '../../../ui/notice.js'
import { Refusal } from '../../../ui/refusal.js'
import { Select } from '../../../ui/select.js'
import { claimProblems, withLifetime, type Claims } from '../token/claims.js'
import type { Draft, DraftChange } from './draft.js'
import {
  ALGORITHMS,
  byteLength,
  canSign,
  isHmacAlgorithm,
  readSecret,
  secretProblem,
  signToken,
} from '../token/hmac.js'
import { SecretField } from '../token/secret-field.js'
import { signingRequest } from './server-signing.js'
import { SignerChoice, type Signer } from './signer-choice.js'
import { signByServer, useServerSigns } from './use-signing.js'

/** Signs the draft, with a secret that the reader enters, or by the server in development. */
export function SignForm({
  draft,
  onChange,
  onSigned,
}: {
  readonly draft: Draft
  readonly onChange: (change: DraftChange) => void
  readonly onSigned: (token: string, claims: Claims) => void
}) {
  const serverSigns = useServerSigns()
  const [picked, setPicked] = useState<Signer>()
  const signer = serverSigns ? (picked ?? 'server') : 'secret'
  const input = useRef<HTMLInputElement>(null)
  const [secretBytes, setSecretBytes] = useState(0)
  const [problem, setProblem] = useState<string>()
  const signing = useMutation({
    // The secret is read here and not passed as a variable, because the cache keeps variables.
    mutationFn: async (claims: Claims) => {
      if (signer === 'secret') {
        return signToken(
          { algorithm: draft.algorithm, claims },
          readSecret(input.current?.value ?? ''),
        )
      }
      const asked = signingRequest(claims, Date.now())
      if ('problem' in asked) throw new Error(asked.problem)
      return signByServer(asked.request)
    },
    onSuccess: (token, claims) => onSigned(token, claims),
    // The cache would keep the result, which is the token.
    gcTime: 0,
  })

  const sign = () => {
    const now = Date.now()
    const claims = withLifetime(draft.claims, draft.lifetime, now)
    const asked = signingRequest(claims, now)
    const wrong =
      signer === 'secret'
        ? secretProblem(byteLength(readSecret(input.current?.value ?? '')), draft.algorithm)
        : 'problem' in asked
          ? asked.problem
          : undefined
    setProblem(wrong)
    if (wrong !== undefined) {
      if (signer === 'secret') input.current?.focus()
      return
    }
    onChange({ type: 'claims', claims })
    signing.mutate(claims)
  }
  const isPossible = signer === 'server' || canSign()
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        sign()
      }}
    >
      {serverSigns && (
        <SignerChoice
          value={signer}
          onChange={(next) => {
            setPicked(next)
            setProblem(undefined)
            setSecretBytes(0)
            signing.reset()
          }}
        />
      )}
      {signer === 'secret' && (
        <div className="flex flex-col gap-3 sm:flex-row sm:items-start">
          <div className="min-w-0 flex-1">
            <SecretField
              input={input}
              hint={
                secretBytes === 0
                  ? 'The secret stays in this field. It is never stored or sent.'
                  : `${secretBytes} bytes`
              }
              error={problem}
              onEdit={() => {
                setProblem(undefined)
                setSecretBytes(byteLength(readSecret(input.current?.value ?? '')))
              }}
              onEnter={sign}
            />
          </div>
          <Field label="Algorithm">
            {(props) => (
              <Select
                {...props}
                value={draft.algorithm}
                onChange={({ target }) =>
                  isHmacAlgorithm(target.value) &&
                  onChange({ type: 'algorithm', algorithm: target.value })
                }
              >
                {ALGORITHMS.map((algorithm) => (
                  <option key={algorithm}>{algorithm}</option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      )}
      {signer === 'server' && (
        <p className="text-muted">
          In development the server signs for you, and its secret stays there. The new token grants
          no more than your own.
        </p>
      )}
      {signer === 'server' && problem !== undefined && <Notice tone="danger">{problem}</Notice>}
      {!isPossible && (
        <Notice tone="warning" title="The browser cannot sign at this address.">
          <CodeText>
            Use https or localhost, or create the token in a terminal: `npx signet token`.
          </CodeText>
        </Notice>
      )}
      {signing.error !== null && <Refusal error={signing.error} />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button
          type="submit"
          kind="primary"
          disabled={!isPossible || draft.problem !== undefined || signing.isPending}
        >
          {signing.isPending ? 'Signing…' : 'Sign token'}
        </Button>
        <ul className="min-w-0 flex-1 text-xs text-warning">
          {claimProblems(draft.claims, Date.now()).map((each) => (
            <li key={each}>
              <CodeText>{each}</CodeText>
            </li>
          ))}
        </ul>
      </div>
    </form>
  )
}
