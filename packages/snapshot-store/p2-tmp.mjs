import fs from "node:fs"; import { fileSnapshotStore } from "@agentlog/snapshot-store";
const text="a message of ordinary length, as people and models write it to each other, a few hundred bytes of it. ".repeat(4);
const doc={agentId:"b",messages:Array.from({length:2250},(_, n)=>({role:"user",text,n}))};
const dir=fs.mkdtempSync("/tmp/prof-");
const st2=fileSnapshotStore({directory:dir+"/s2",durable:process.argv[2]!=='nd'});
const n=Number(process.argv[3]??400);
for(let i=0;i<n;i++) await st2.save("k",doc);
fs.rmSync(dir,{recursive:true});
