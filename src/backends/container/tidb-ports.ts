/** In the container: for SQL, and for `/status`. */
export const SQL_PORT = 4000
export const STATUS_PORT = 10080
