import { useReducer, useState } from 'react'
import { PageHeader } from '../../ui/page-header.js'
import { Page } from '../../ui/page.js'
import { Tabs } from '../../ui/tabs.js'
import { useCatalogue } from '../../scope/use-catalogue.js'
import { changeDraft, newDraft } from './make/draft.js'
import { InspectPanel } from './inspect/inspect-panel.js'
import { MakePanel, type Signed } from './make/make-panel.js'

/** Makes tokens and takes them apart, in this browser. It needs no token itself. */
export function TokensPage() {
  const catalogue = useCatalogue()
  const [tab, setTab] = useState<'make' | 'inspect'>('make')
  const [draft, change] = useReducer(changeDraft, undefined, () => newDraft(Date.now()))
  const [signed, setSigned] = useState<Signed>()
  const [inspected, setInspected] = useState('')
  return (
    <Page>
      <PageHeader
        title="Tokens"
        description="Create and inspect tokens. A secret you type stays in this browser."
      />
      <Tabs
        label="Tokens"
        value={tab}
        onChange={setTab}
        tabs={[
          {
            name: 'make',
            title: 'Make a token',
            content: (
              <MakePanel
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
