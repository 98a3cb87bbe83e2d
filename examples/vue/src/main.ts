import { createApp } from 'vue'
import App from './App.vue'

const { user } = await (await fetch('/me.json')).json()
createApp(App, { user }).mount('#app')
