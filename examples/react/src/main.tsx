import { createRoot } from 'react-dom/client'
import { Profile } from './profile'

const { user } = await (await fetch('/me.json')).json()
const root = document.querySelector('#root')
if (root) createRoot(root).render(<Profile user={user} />)
