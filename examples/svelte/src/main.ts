import { mount } from 'svelte'
import App from './App.svelte'

const { user } = await (await fetch('/me.json')).json()
mount(App, { target: document.body, props: { user } })
