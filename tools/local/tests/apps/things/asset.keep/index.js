// Keeps each event that the queue holds.
const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");

const client = new DynamoDBClient({});

exports.handler = async ({ Records }) => {
  for (const { messageId, body } of Records) {
    const Item = { pk: { S: messageId }, detail: { S: JSON.stringify(JSON.parse(body).detail) } };
    await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item }));
  }
};
