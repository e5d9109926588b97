import { useReducer, useState } from 'react'
import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import { Tabs } from '../../ui/tabs.js'
import { useCatalogue } from '../../scope/use-catalogue.js'
import { changeDraft, newDraft } from './create/draft.js'
import { InspectPanel } from './inspect/inspect-panel.js'
import { CreatePanel, type Signed } from './create/create-panel.js'

/** The page that creates and inspects tokens in the browser. It works without signing in. */
export function TokensPage() {
  const catalogue = useCatalogue()
  const [tab, setTab] = useState<'create' | 'inspect'>('create')
  const [draft, change] = useReducer(changeDraft, undefined, () => newDraft(Date.now()))
  const [signed, setSigned] = useState<Signed>()
  const [inspected, setInspected] = useState('')
  return (
    <Page>
      <PageHeader
        title="Tokens"
        description="Create and inspect tokens. A secret that you enter stays in this browser."
      />
      <Tabs
        label="Tokens"
        value={tab}
        onChange={setTab}
        tabs={[
          {
            name: 'create',
            title: 'Create a token',
            content: (
              <CreatePanel
                draft={draft}
                signed={signed}
                catalogue={catalogue}
                onChange={change}
                onSigned={setSigned}
                onInspect={(token) => {
                  setInspected(token)
                  setTab('inspect')
                }}
              />
            ),
          },
          {
            name: 'inspect',
            title: 'Inspect a token',
            content: <InspectPanel pasted={inspected} onChange={setInspected} />,
          },
        ]}
      />
    </Page>
  )
}
